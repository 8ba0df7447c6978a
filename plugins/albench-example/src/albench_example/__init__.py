"""The finished example of a plugin for albench."""
