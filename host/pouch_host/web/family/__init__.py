"""What a family's phone shows: a day in pictures and digits, and nothing that names the infant."""
