// The demonstration's login page: one click fills an account in and logs in.
"use strict";
document.addEventListener("click", (event) => {
  const pick = event.target.closest("[data-account]");
  if (!pick) return;
  const form = document.getElementById("login");
  form.elements.username.value = pick.dataset.account;
  form.elements.password.value = pick.dataset.password;
  form.querySelector("button").focus();
});
