"""Are answers right? A hundred questions with gold from generated data, through the real stages and a real model."""
