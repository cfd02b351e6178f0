"""What is said: passages become sentences with citations, or an honest silence."""
