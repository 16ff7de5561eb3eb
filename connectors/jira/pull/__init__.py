"""From issues to tickets."""
