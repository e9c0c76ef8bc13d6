"""What people and programs read: answers, tables, errors."""
