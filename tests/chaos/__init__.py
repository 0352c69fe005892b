"""Does the pipeline keep its promises while everything around it fails?"""
