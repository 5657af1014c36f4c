package org.resnet4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ElementTest {
  @Test
  void nests_elements_and_text_in_order() {
    Element element =
        Element.of("p").with("class", "a").text("one ").add(Element.of("b", "two")).text(" three");

    assertThat(element).hasToString("<p class=\"a\">one <b>two</b> three</p>");
  }

  @Test
  void escapes_text_and_attribute_values() {
    Element element = Element.of("td", "<b> & 'c'").with("title", "\" onclick=\"x");

    assertThat(element)
        .hasToString("<td title=\"&quot; onclick=&quot;x\">&lt;b&gt; &amp; &#39;c&#39;</td>");
  }

  @Test
  void a_style_sheet_keeps_its_selectors() {
    assertThat(Element.of("style", "a > b {}")).hasToString("<style>a > b {}</style>");
  }

  @Test
  void void_elements_have_no_end() {
    assertThat(Element.of("img").with("src", "data:,")).hasToString("<img src=\"data:,\">");
  }
}
