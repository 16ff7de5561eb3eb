from sla_engine.instant import parse_instant

NOON = parse_instant("2026-03-03T12:00:00Z")
