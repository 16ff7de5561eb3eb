"""What people, tools and thieves would like to do through slabridge, and cannot."""
