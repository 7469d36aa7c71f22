// The page that documents the API: Swagger UI over our own description, loaded from ourselves only.

interface SwaggerOptions {
  url: string;
  dom_id: string;
  deepLinking: boolean;
  validatorUrl: null;
  docExpansion: string;
  requestInterceptor: (request: { headers: Record<string, string> }) => unknown;
}
declare const SwaggerUIBundle: (options: SwaggerOptions) => unknown;

const root = document.querySelector<HTMLElement>("[data-openapi]");
if (root) {
  SwaggerUIBundle({
    url: root.dataset["openapi"] ?? "",
    dom_id: "#" + root.id,
    deepLinking: true,
    validatorUrl: null,
    docExpansion: "list",
    // What the console's cookie may do from a script, it may do from here.
    requestInterceptor: (request) => {
      request.headers["X-Requested-With"] = "tigertally";
      return request;
    },
  });
}
