/* Gradio's loading timers count their seconds in every frame that the screen shows, and the one over the opening page is never stopped
 * (6.31.0: StatusTracker does not end its loop when it is taken away): the page drew nothing, sixty times a second. They get ten ticks a
 * second, which cost next to nothing. requestAnimationFrame.asked counts the frames that are asked for. */
(() => {
  const frame = window.requestAnimationFrame.bind(window),
    counting = /^\(\)=>\{[^{}]{0,80}performance\.now\(\)[^{}]{0,40}\/1e3/;
  const asked = (fn) => {
    if (counting.test(Function.prototype.toString.call(fn))) return setTimeout(() => fn(performance.now()), 100);
    asked.asked++;
    return frame(fn);
  };
  asked.asked = 0;
  window.requestAnimationFrame = asked;
})();
