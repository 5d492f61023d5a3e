"""The shapes of answers, as `/openapi.json` tells them. Answers are written without them."""
