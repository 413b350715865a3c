"""The small language model on the device: llama.cpp in a child process, and the prompt that it is given."""
