"""The simulated ``liver`` cohort: a stand-in for private ultrasound data of four modalities."""
