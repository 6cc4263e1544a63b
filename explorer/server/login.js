/* Two things that Gradio's login page is silent about: that the next password has to wait, and that a browser which keeps no cookies for a
 * page inside another site's frame cannot stay logged in there. The sentences are the JSON of #lx-login-words, by language. */
(() => {
  const ask = window.fetch.bind(window);
  const told = JSON.parse(document.getElementById('lx-login-words').textContent),
    words = told[navigator.language.startsWith('ko') ? 'ko' : 'en'];
  const isLogin = (input, init) =>
    init?.method === 'POST' && typeof input === 'string' && new URL(input, location.href).pathname.endsWith('/login');
  const tell = (sentence, link) => {
    const said = document.getElementById('lx-login') || document.createElement('p');
    said.id = 'lx-login';
    said.setAttribute('role', 'alert');
    said.style.cssText =
      'position:fixed;inset:12px 12px auto;z-index:99;margin:0;padding:10px 14px;border-radius:8px;' +
      'background:#fff4d6;color:#3a2f0b;font:14px/1.5 system-ui,sans-serif';
    said.textContent = sentence + ' ';
    if (link) {
      const a = document.createElement('a');
      a.href = location.href;
      a.target = '_blank';
      a.rel = 'noopener';
      a.textContent = link;
      a.style.color = 'inherit';
      said.append(a);
    }
    document.body.append(said);
  };
  const login = async (input, init) => {
    const answer = await ask(input, init);
    if (answer.status === 429) tell(words.wait.replace('{seconds}', answer.headers.get('retry-after') || '60'));
    if (!answer.ok || window.top === window) return answer;
    const kept = await ask(new URL('gradio_api/login_check', new URL(input, location.href)));
    if (kept.ok) return answer;
    tell(words.framed, words.open);
    return new Promise(() => {}); /* Gradio would load the page anew, and ask again without a word */
  };
  window.fetch = (input, init) => (isLogin(input, init) ? login(input, init) : ask(input, init));
})();
