package org.resnet4j.bench;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/** What was measured with, by what it is. */
final class Versions {
  private static final String MAVEN = "/META-INF/maven/org.resnet4j/resnet4j-core/pom.properties";

  private Versions() {}

  static Map<String, String> with(String engine) throws IOException {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("resnet4j", own());
    versions.put("engine", engine);
    versions.put("java", System.getProperty("java.version", "unknown"));
    versions.put(
        "system",
        System.getProperty("os.name", "unknown") + " " + System.getProperty("os.version", ""));
    return versions;
  }

  /** As the jar of the library says it. */
  private static String own() throws IOException {
    try (InputStream stream = Versions.class.getResourceAsStream(MAVEN)) {
      Properties properties = new Properties();
      if (stream != null) {
        properties.load(stream);
      }
      return properties.getProperty("version", "(not packaged)");
    }
  }
}
