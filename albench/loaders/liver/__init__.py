"""The simulated ``liver`` cohort: a stand-in for private ultrasound data of four modalities.

Echoes are computed on the grid of beams that a convex probe sends out. Throughout, `beams` is that
grid; `scene` is the key of the place looked at, which all frames of a video share; and `key` is
that of the single image. Functions that end in ``_db`` return float32 decibels, a value for each
depth of each beam. A `stage` is 0 to 4, a `number` counts the images of a patient from 0, and
`settings` are those of a modality.
"""
