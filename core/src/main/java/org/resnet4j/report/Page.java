package org.resnet4j.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A page that needs nothing but itself: its style is inside, and it may load nothing else. */
final class Page {
  /** Should escaping ever fail, the browser still runs no script and fetches nothing. */
  private static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

  private Page() {}

  static String of(String title, List<Element> content) {
    Element head =
        Element.of("head")
            .add(
                Element.of("meta").with("charset", "utf-8"),
                Element.of("meta")
                    .with("http-equiv", "Content-Security-Policy")
                    .with("content", POLICY),
                Element.of("meta")
                    .with("name", "viewport")
                    .with("content", "width=device-width, initial-scale=1"),
                Element.of("meta").with("name", "color-scheme").with("content", "light dark"),
                Element.of("title", title),
                Element.of("style", style()));
    Element body = Element.of("body").add(Element.of("main").add(content));
    Element html = Element.of("html").with("lang", "en").add(head, body);
    return "<!DOCTYPE html>\n" + html + "\n";
  }

  /** The heading, what it is about, and the few figures to see first. */
  static Element header(String title, String summary, Map<String, String> headline) {
    Element header = Element.of("header").add(Element.of("h1", title), Element.of("p", summary));
    if (headline.isEmpty()) {
      return header;
    }
    Element figures = Element.of("dl");
    headline.forEach(
        (name, value) ->
            figures.add(Element.of("div").add(Element.of("dt", name), Element.of("dd", value))));
    return header.add(figures);
  }

  static Element section(String heading) {
    return Element.of("section").add(Element.of("h2", heading));
  }

  /** What to try now, as typed in a shell. */
  static Element next(String command) {
    return section("Next").add(Element.of("pre").add(Element.of("code", command)));
  }

  /** All that is needed to judge or repeat it. */
  static Element conditions(Map<String, String> conditions) {
    Element body = Element.of("tbody");
    conditions.forEach(
        (name, value) ->
            body.add(
                Element.of("tr")
                    .add(Element.of("th", name).with("scope", "row"), Element.of("td", value))));
    return section("Conditions").add(Element.of("table").with("class", "conditions").add(body));
  }

  private static String style() {
    try (InputStream sheet = Page.class.getResourceAsStream("report.css")) {
      if (sheet == null) {
        throw new IllegalStateException("report.css is missing from the library's jar");
      }
      return new String(sheet.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read report.css from the library's jar", e);
    }
  }
}
