"""The instructor's side: masters, submissions, nbgrader's preprocessors. No notebook imports it."""
