Feature: Unreadable events
  What cannot be read is kept, whole and with the reason, and holds up nobody.

  Rule: What cannot be read is one dead letter with its content

    Scenario Outline: An event <that>
      When an event <that> is published
      Then there is 1 dead letter that says: <what>
      And it holds what was published

      Examples:
        | that                    | what                         |
        | that is cut off         | it is not an event           |
        | without an id           | its id is missing            |
        | with nothing to tell    | there is nothing to tell     |
        | that names nobody       | it names nobody              |
        | for the year 12000      | its time is out of range     |
        | with a number for email | its email is not text        |
        | that is far too long    | it is too long               |
        | that is nested too deep | it is nested too deep        |
        | that is not text        | it is not text               |

  Rule: The next event is served

    Scenario: Bad, good, bad
      Given an event that is cut off is published
      When Ada is told by email that "Your parcel has arrived"
      And an event without an id is published
      Then Ada has received 1 email
      And there are 2 dead letters

    Scenario: Bad and good in one breath
      When an event that is cut off and one for Ada are published at once
      Then Ada has received 1 email
      And there is 1 dead letter

  Rule: One event that cannot be stored fails no neighbour

    Scenario: One of many
      Given the store refuses the event "cursed"
      When the events "blessed-1", "cursed" and "blessed-2" for Ada are published at once
      Then Ada has received 2 emails
      And there is 1 dead letter that says: it could not be stored
