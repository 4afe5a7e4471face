"""What a lesson can do beyond text: quizzes, notebooks, hover texts, progress.

Each widget is a pure function from what an author writes to HTML; behaviour is in the theme's
scripts, and without scripts each still reads well.
"""
