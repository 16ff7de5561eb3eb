import subprocess
import sys

from tests.patience import PATIENCE
from tests.places import CHECKOUT

LOADED = """
import sys
started = []
events = {"subprocess.Popen", "os.posix_spawn", "os.exec", "os.system", "os.fork"}
sys.addaudithook(lambda event, given: started.append((event, given)) if event in events else None)
import connectors.jira.connector, connectors.servicenow.connector, slabridge.app.run, slabridge.app.messenger, sync
print(started)
"""


def test_loading_the_connectors_and_their_libraries_starts_no_program() -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", LOADED], cwd=CHECKOUT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr
