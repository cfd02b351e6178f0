"""Any supported file → Document."""
