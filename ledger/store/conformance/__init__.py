"""What is asked of an administrator's database in a scratch place: all of its SQL stands here."""
