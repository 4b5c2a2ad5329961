"""What the pages of admission and bands share: reading forms, and finding whom they are about."""
