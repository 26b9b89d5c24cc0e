// What a person does on a page with changes, between drive_begin.js and drive_end.js.
  await pause();
  check("the overview leads to the changes", main.querySelector("a[href='#changes']"));
  check("the head does too", !document.getElementById("since").hidden);
  await press("c");
  check("c is the page of changes", title() === "Changes since HEAD");
  check("what breaks is told", main.textContent.includes("public.messages.last_comment_fetch: statements that use it fail"));
  check("every table is told", main.querySelectorAll("article.change").length === data.changes.objects.length);
  check("nothing is an object", !main.textContent.includes("[object"));
  main.querySelector("a[href='#table/messages']").click();
  await pause();
  check("a table has its page", title() === "messages");
  main.querySelector("a[href='#changes/messages']").click();
  await pause();
  check("and leads back to its changes", main.querySelector(".change.here").textContent.includes("messages"));
  check("a comment is text", main.textContent.includes("A | and <b>."));
