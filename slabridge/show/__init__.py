"""What people see: texts, tables and pictures."""
