print("vsl")
