print("mixedlm")
