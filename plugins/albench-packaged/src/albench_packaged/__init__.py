"""Real cohorts for albench, read from the files that packages ship."""
