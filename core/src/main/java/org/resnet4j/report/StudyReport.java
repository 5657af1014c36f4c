package org.resnet4j.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an experiment found, as one HTML page.
 *
 * @param title the heading
 * @param summary a paragraph for a newcomer: what was asked, what came out
 * @param headline the few figures to see first, in order
 * @param nextCommand what to try now, as typed in a shell; empty for nothing
 * @param conditions all that is needed to judge or repeat it, in order
 */
public record StudyReport(
    String title,
    String summary,
    Map<String, String> headline,
    List<Section> sections,
    String nextCommand,
    Map<String, String> conditions) {

  /** A heading, a paragraph (or nothing) and what is shown under them. */
  public record Section(String heading, String text, List<Figure> figures) {
    public Section {
      figures = List.copyOf(figures);
    }
  }

  public StudyReport {
    sections = List.copyOf(sections);
    headline = Collections.unmodifiableMap(new LinkedHashMap<>(headline));
    conditions = Collections.unmodifiableMap(new LinkedHashMap<>(conditions));
  }

  /** The page, which loads nothing and runs no script. */
  public String html() {
    List<Element> page = new ArrayList<>();
    page.add(Page.header(title, summary, headline));
    for (Section section : sections) {
      Element element = Page.section(section.heading());
      if (!section.text().isEmpty()) {
        element.add(Element.of("p", section.text()).with("class", "prose"));
      }
      page.add(element.add(FigureDrawing.all(section.figures())));
    }
    if (!nextCommand.isEmpty()) {
      page.add(Page.next(nextCommand));
    }
    if (!conditions.isEmpty()) {
      page.add(Page.conditions(conditions));
    }
    return Page.of(title, page);
  }
}
