/**
 * The description that `pets.ts` is generated from, and that is served by a mock.
 *
 * @module
 */

/** OpenAPI, as YAML. */
export const PETS = `openapi: 3.1.0
info: { title: Pets, version: "1" }
servers: [{ url: https://pets.example/v1 }]
security: [{ token: [] }]
paths:
  /pets:
    get:
      operationId: listPets
      parameters: [{ name: tag, in: query, schema: { type: array, items: { type: string } } }]
      responses:
        200:
          description: A page.
          headers: { Link: { schema: { type: string } } }
          content:
            application/json:
              schema: { type: array, items: { $ref: "#/components/schemas/Pet" } }
    post:
      operationId: addPet
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } }
      responses: { 204: { description: Done. } }
  /pets/{petId}:
    get:
      operationId: getPet
      parameters: [{ name: petId, in: path, required: true, schema: { type: integer } }]
      responses:
        200:
          description: It.
          content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } }
        404:
          description: There is none.
          content: { application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } } }
  /news:
    get:
      operationId: watchPets
      security: []
      responses:
        200:
          description: Who comes and goes.
          content:
            text/event-stream: { itemSchema: { properties: { data: { contentMediaType: application/json, contentSchema: { $ref: "#/components/schemas/Pet" } } } } }
components:
  securitySchemes: { token: { type: http, scheme: bearer } }
  schemas:
    Pet: { required: [name], properties: { name: { type: string, examples: [Rex] } } }
    Problem: { required: [title], properties: { title: { type: string, examples: [No such pet] } } }
`;
