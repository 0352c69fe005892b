"""Parts of the pipeline that run by themselves only to be measured."""
