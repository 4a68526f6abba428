// The drawn tile lies under each picture: a broken one goes, a loaded one covers it.

const settle = (img) => (img.naturalWidth ? img.classList.add("ready") : img.remove());

for (const kind of ["load", "error"]) {
  const listen = ({ target }) => target.matches?.(".tile img") && settle(target);
  document.addEventListener(kind, listen, true);
}
document.querySelectorAll(".tile img").forEach((img) => img.complete && settle(img));
