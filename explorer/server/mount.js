/* window.lxMount: a component is in the page, so its module may run. lxScripts: where the modules are (early.py). */
window.lxMounted = {};
window.lxMount = async (name, found) => {
  window.lxMounted[name.split('/').pop()] = found;
  const module = await import(new URL(`${window.lxScripts}${name}.js`, document.baseURI).href);
  module.default?.(found); /* of what is in the page more than once */
};
