package org.resnet4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An element of HTML or SVG.
 *
 * <p>Text and attribute values are escaped when written, without exception, so that a hostile class
 * name cannot become markup.
 */
final class Element {
  private static final Set<String> VOID = Set.of("meta", "img");
  private static final Set<String> RAW = Set.of("style", "script"); // The library's own alone.

  private final String tag;
  private final StringBuilder attributes = new StringBuilder();
  private final List<Object> children = new ArrayList<>();

  private Element(String tag) {
    this.tag = tag;
  }

  static Element of(String tag) {
    return new Element(tag);
  }

  static Element of(String tag, String text) {
    return new Element(tag).text(text);
  }

  /** Adds an attribute, e.g. {@code class}. */
  Element with(String name, String value) {
    attributes.append(' ').append(name).append("=\"").append(escape(value)).append('"');
    return this;
  }

  /** Adds a coordinate or a length, to a hundredth of a pixel. */
  Element with(String name, double value) {
    return with(name, Numbers.coordinate(value));
  }

  Element text(String text) {
    children.add(text);
    return this;
  }

  Element add(Element... elements) {
    children.addAll(List.of(elements));
    return this;
  }

  Element add(List<Element> elements) {
    children.addAll(elements);
    return this;
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    write(out);
    return out.toString();
  }

  private void write(StringBuilder out) {
    out.append('<').append(tag).append(attributes).append('>');
    if (VOID.contains(tag)) {
      return;
    }
    for (Object child : children) {
      if (child instanceof Element element) {
        element.write(out);
      } else {
        // HTML reads these as they stand: an escaped ">" would be no selector and no operator.
        out.append(RAW.contains(tag) ? child : escape((String) child));
      }
    }
    out.append("</").append(tag).append('>');
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
