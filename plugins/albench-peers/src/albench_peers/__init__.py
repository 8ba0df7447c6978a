"""Other people's query strategies, as albench strategies under their own names."""
