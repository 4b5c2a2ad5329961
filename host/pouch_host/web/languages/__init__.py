"""What `language.py` is made of: words, digits, degrees, and whose language counts."""
