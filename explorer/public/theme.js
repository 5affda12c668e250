// The theme that was chosen before, set before anything is painted.
try {
  const chosen = localStorage.getItem('waggle-theme');
  if (chosen === 'light' || chosen === 'dark') {
    document.documentElement.dataset.theme = chosen;
  }
} catch {
  // Where nothing may be stored, nothing was.
}
