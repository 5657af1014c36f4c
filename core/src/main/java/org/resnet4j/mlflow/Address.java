package org.resnet4j.mlflow;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * Where a tracking server is.
 *
 * @param base without user information and without a slash at its end
 * @param authorization what the header of that name says
 */
record Address(String base, Optional<String> authorization) {
  /**
   * Takes user and password out of a URL, or else, as MLflow's own client does, out of {@code
   * MLFLOW_TRACKING_USERNAME} and {@code MLFLOW_TRACKING_PASSWORD}.
   *
   * @throws IllegalArgumentException if that is no address; without telling a password
   */
  static Address of(String url, Map<String, String> environment) {
    try {
      URI uri = new URI(url);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      boolean reachable = uri.getPort() <= 65_535; // Or the client throws, later.
      if (!web
          || uri.getHost() == null
          || !reachable
          || uri.getQuery() != null
          || uri.getFragment() != null) {
        throw unusable(url);
      }
      String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
      String base = uri.getScheme() + "://" + uri.getHost() + port + uri.getRawPath();
      String user = uri.getUserInfo();
      if (user == null && environment.containsKey("MLFLOW_TRACKING_USERNAME")) {
        user =
            environment.get("MLFLOW_TRACKING_USERNAME")
                + ":"
                + environment.getOrDefault("MLFLOW_TRACKING_PASSWORD", "");
      }
      return new Address(
          base.replaceFirst("/+$", ""), Optional.ofNullable(user).map(Address::basic));
    } catch (URISyntaxException e) {
      throw unusable(url); // Its message would tell the whole URL.
    }
  }

  private static String basic(String user) {
    return "Basic " + Base64.getEncoder().encodeToString(user.getBytes(UTF_8));
  }

  private static IllegalArgumentException unusable(String url) {
    return new IllegalArgumentException(
        "MLflow at %s: must be an address such as http://127.0.0.1:5000"
            .formatted(url.replaceFirst("(?s)^(\\w+://)?.*@", "$1")));
  }

  @Override
  public String toString() {
    return base;
  }
}
