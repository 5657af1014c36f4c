package org.resnet4j.report;

import java.util.List;
import org.resnet4j.report.Figure.Finding;

/** Findings as a list, each with a badge whose shape, colour and word say how much it matters. */
final class FindingList {
  private FindingList() {}

  static Element element(List<Finding> findings) {
    Element list = Element.of("ul").with("class", "findings");
    findings.forEach(finding -> list.add(item(finding)));
    return list;
  }

  private static Element item(Finding finding) {
    Element text = Element.of("div").add(Element.of("p", finding.what()));
    if (!finding.advice().isEmpty()) {
      text.add(Element.of("p", finding.advice()).with("class", "advice"));
    }
    return Element.of("li").add(badge(finding), text);
  }

  private static Element badge(Finding finding) {
    return switch (finding.weight()) {
      case GOOD -> Badge.good("good");
      case NOTE -> Badge.open("note");
      case PROBLEM -> Badge.bad("problem");
    };
  }
}
