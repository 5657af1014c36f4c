package org.resnet4j.report;

/** A word with a shape and a colour that say the same. */
final class Badge {
  private Badge() {}

  /** A full disc with a tick. */
  static Element good(String word) {
    Element disc = Element.of("circle").with("cx", 8.0).with("cy", 8.0).with("r", 7.0);
    return badge("good", word, disc, "M4.8 8.2 L7.2 10.6 L11.4 5.8");
  }

  /** An empty ring: nothing to say either way. */
  static Element open(String word) {
    Element ring = Element.of("circle").with("cx", 8.0).with("cy", 8.0).with("r", 6.0);
    return badge("open", word, ring, "M5 8 H11");
  }

  /** A full diamond with a cross. */
  static Element bad(String word) {
    Element diamond = Element.of("path").with("d", "M8 .4 L15.6 8 L8 15.6 L.4 8 Z");
    return badge("bad", word, diamond, "M5.6 5.6 L10.4 10.4 M10.4 5.6 L5.6 10.4");
  }

  private static Element badge(String style, String word, Element shape, String sign) {
    Element svg =
        Element.of("svg")
            .with("viewBox", "0 0 16 16")
            .with("aria-hidden", "true")
            .add(
                shape.with("class", "shape"),
                Element.of("path").with("class", "sign").with("d", sign));
    return Element.of("span").with("class", "badge " + style).add(svg).text(word);
  }
}
