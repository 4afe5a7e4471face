/** Starts the widgets of a page; each works without the others. */

import { start as deadlines } from "./deadline.js";
import { start as progress } from "./progress.js";
import { start as quizzes } from "./quiz.js";

for (const start of [quizzes, progress, deadlines]) {
  try {
    start(document);
  } catch (error) {
    console.error(error);
  }
}
