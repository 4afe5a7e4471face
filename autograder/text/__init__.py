"""What people read: catalogues in Korean and English, the escaper, and what may be disclosed."""
