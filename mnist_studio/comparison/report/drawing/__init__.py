"""Drawings as values, and as SVG, PNG, and PDF. Charts, networks, and pages are made of them."""
