"use strict";
(() => {
  const main = document.querySelector("main");
  const lost = document.getElementById("lost");
  const waiting = new Map();
  let version = main.dataset.version;
  let missed = 0;

  // Whoever points at a number wants to read it: its part is put in afterwards.
  const read = part => part.querySelector("svg:hover, .tile:hover, .tile:focus") !== null
    && matchMedia("(hover: hover)").matches;

  const put = () => {
    for (const [id, html] of waiting) {
      const part = document.getElementById(id);
      if (!read(part)) {
        part.innerHTML = html;
        waiting.delete(id);
      }
    }
  };

  const look = async () => {
    let ended = false;
    try {
      const answer = await fetch("parts?after=" + version, {cache: "no-store"});
      if (!answer.ok) {
        throw new Error(answer.status);
      }
      const news = await answer.json();
      for (const [id, html] of Object.entries(news.parts)) {
        waiting.set(id, html);
      }
      version = news.version;
      ended = news.ended;
      missed = 0;
    } catch {
      missed++;
    }
    lost.hidden = missed < 2;
    put();
    if (!ended || waiting.size > 0) {
      setTimeout(look, missed > 2 ? 5000 : 1000);
    }
  };

  look();
})();
