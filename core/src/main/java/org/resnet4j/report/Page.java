package org.resnet4j.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A page that needs nothing but itself: its style is inside, and it may load nothing else. */
final class Page {
  /** Should escaping ever fail, the browser still runs no script and fetches nothing. */
  private static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

  private Page() {}

  static String of(String title, List<Element> content) {
    return of(title, POLICY, Element.of("main").add(content), List.of());
  }

  /** A page with the one script that renews its parts. */
  static String live(String title, List<Element> content, String version) {
    String script = resource("live.js");
    Element lost =
        Element.of("p")
            .with("id", "lost")
            .with("role", "alert")
            .with("hidden", "")
            .text("The program no longer answers: what it told last is shown. See its terminal.");
    Element main = Element.of("main").with("data-version", version).add(lost).add(content);
    String policy = POLICY + "; connect-src 'self'; script-src 'sha256-" + digest(script) + "'";
    return of(title, policy, main, List.of(Element.of("script", script)));
  }

  private static String digest(String script) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(script.getBytes(UTF_8));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String of(String title, String policy, Element main, List<Element> after) {
    Element head =
        Element.of("head")
            .add(
                Element.of("meta").with("charset", "utf-8"),
                Element.of("meta")
                    .with("http-equiv", "Content-Security-Policy")
                    .with("content", policy),
                Element.of("meta")
                    .with("name", "viewport")
                    .with("content", "width=device-width, initial-scale=1"),
                Element.of("meta").with("name", "color-scheme").with("content", "light dark"),
                Element.of("title", title),
                Element.of("style", resource("report.css")));
    Element body = Element.of("body").add(main).add(after);
    Element html = Element.of("html").with("lang", "en").add(head, body);
    return "<!DOCTYPE html>\n" + html + "\n";
  }

  /** The heading, what it is about, and the few figures to see first. */
  static Element header(String title, String summary, Map<String, String> headline) {
    Element header = Element.of("header").add(Element.of("h1", title), Element.of("p", summary));
    return headline.isEmpty() ? header : header.add(figures(headline));
  }

  static Element figures(Map<String, String> headline) {
    Element figures = Element.of("dl");
    headline.forEach(
        (name, value) ->
            figures.add(Element.of("div").add(Element.of("dt", name), Element.of("dd", value))));
    return figures;
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

  private static String resource(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the library's jar");
      }
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name + " from the library's jar", e);
    }
  }
}
