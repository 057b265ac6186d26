/* The keyboard. Every page works without it. */
"use strict";
(function () {
  const errors = document.getElementById("errors");
  if (errors) errors.focus();
  if (document.body.dataset.keys === "off") return;
  const form = document.querySelector("form[data-marks]");
  const onward = document.querySelector("a[data-next]");
  const groups = form ? Array.from(form.querySelectorAll("[data-group]")) : [];
  const radios = (group) => Array.from(group.querySelectorAll("input[type=radio]"));
  const marked = (group) => radios(group).find((radio) => radio.checked);
  const here = () => groups.findIndex((group) => group.contains(document.activeElement));

  function go(at) {
    const group = groups[Math.max(0, Math.min(groups.length - 1, at))];
    (marked(group) || group).focus(); // on a mark that nobody chose it would look chosen
    group.scrollIntoView({ block: "nearest" });
  }

  function mark(which) {
    let at = here();
    if (at < 0) at = Math.max(0, groups.findIndex((group) => !marked(group)));
    radios(groups[at])[which].checked = true;
    if (at + 1 < groups.length) go(at + 1);
    else form.querySelector("button.main").focus();
  }

  document.addEventListener("keydown", function (event) {
    const target = event.target;
    if (event.isComposing || event.altKey || event.metaKey) return;
    if (event.key === "Enter" && form && (event.ctrlKey ? target.id === "reason" : target.type === "radio" || target === document.body || groups.includes(target))) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    if (event.ctrlKey || target.closest("textarea, input:not([type=radio])")) return;
    if (event.key === "Enter" && onward && !target.closest("a, button, summary")) {
      event.preventDefault();
      onward.click();
    } else if (form && groups.length && "123".includes(event.key)) {
      event.preventDefault();
      mark(Number(event.key) - 1);
    } else if (form && groups.length && (event.key === "j" || event.key === "k")) {
      event.preventDefault();
      const at = here();
      go(at < 0 ? 0 : at + (event.key === "j" ? 1 : -1));
    } else if (form && event.key === "r") {
      event.preventDefault();
      document.getElementById("reason").focus();
    }
  });
})();
