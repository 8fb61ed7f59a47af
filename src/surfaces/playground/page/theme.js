// Before the first paint, so that a chosen theme does not flash. A file of its own: the page allows no inline script.
const theme = localStorage.getItem('crier.theme')
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
