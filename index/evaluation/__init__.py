"""How good a ranking is: runs, measures, comparison, gate."""
