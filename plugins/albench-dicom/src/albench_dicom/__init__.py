"""DICOM ultrasound for albench: pixels and pseudonyms go in, identifiers never come out."""
