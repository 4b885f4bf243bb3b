const steps = [...document.querySelectorAll('section')];
let at = -1;
function show(next) {
  if (next < 0 || next >= steps.length) return;
  steps.forEach((step, index) => step.classList.toggle('now', index === next));
  steps[next].scrollIntoView({ block: 'center' });
  at = next;
  document.getElementById('at').textContent = `step ${at + 1} of ${steps.length}`;
}
document.getElementById('back').onclick = () => show(at - 1);
document.getElementById('on').onclick = () => show(at + 1);
document.addEventListener('keydown', event => {
  if (event.key === 'ArrowRight') show(at + 1);
  if (event.key === 'ArrowLeft') show(at - 1);
});
