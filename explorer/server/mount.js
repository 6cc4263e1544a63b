/* window.lxMount(name, found): a component is in the page, so its module may run. lxMount.found: what each was given, by its name. */
(() => {
  const scripts = document.currentScript.dataset.scripts /* where the modules are (head_script.py) */,
    found = {};
  window.lxMount = Object.assign(
    async (name, given) => {
      found[name.split('/').pop()] = given;
      const module = await import(new URL(`${scripts}${name}.js`, document.baseURI).href);
      module.default?.(given); /* of what is in the page more than once */
    },
    { found },
  );
})();
