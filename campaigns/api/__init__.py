"""Machine routes of campaigns, a module for each subject."""
