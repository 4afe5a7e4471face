/** Code that runs in the page: looks whether there is any, and only then loads what runs it. */

if (document.querySelector(".run, .sql-run")) {
  import("./mount.js").then((mount) => mount.all(document));
}
